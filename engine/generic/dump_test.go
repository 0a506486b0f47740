package generic_test

import (
	"fmt"
	"strings"
	"testing"

	"hashlane/engine"
)

func TestDUMPandRESTORE(t *testing.T) {
	h := start(t, 2)
	h.Want("$-1\r\n", "DUMP", "nokey")
	for i, value := range []string{"", "hello", "12", "-1234567", "12345678901", strings.Repeat("ab", 4000)} {
		key := fmt.Sprintf("k%d", i)
		h.Do("SET", key, value)
		payload := bulk(t, h.Do("DUMP", key))
		h.Want("-BUSYKEY Target key name already exists.\r\n", "RESTORE", key, "0", payload)
		h.Want("+OK\r\n", "RESTORE", "r"+key, "0", payload)
		if got := strings.Join(h.Events, ","); got != fmt.Sprintf("new r%s,restore r%s", key, key) || h.Dirty != 1 {
			t.Errorf("%d changes, events %q", h.Dirty, got)
		}
		h.Want(h.Do("GET", key), "GET", "r"+key)
		h.Want("+OK\r\n", "RESTORE", "r"+key, "77", payload, "REPLACE")
		if got := strings.Join(h.Events, ","); got != fmt.Sprintf("new r%s,restore r%s", key, key) {
			t.Errorf("events of REPLACE %q", got)
		}
		if want := fmt.Sprintf("%d ", h.Now+77); !strings.Contains(h.Effects[0], want) || !strings.HasSuffix(h.Effects[0], " REPLACE ABSTTL") {
			t.Errorf("effects %.200q", h.Effects)
		}
		h.Want(":77\r\n", "PTTL", "r"+key)
		h.Want(h.Do("GET", key), "GET", "r"+key)
		h.Want("+OK\r\n", "RESTORE", "r"+key, fmt.Sprint(h.Now+9), payload, "ABSTTL", "REPLACE", "IDLETIME", "3")
		h.Want(":9\r\n", "PTTL", "r"+key)
		h.Want(":3\r\n", "OBJECT", "IDLETIME", "r"+key)
		h.Want("$6\r\nstring\r\n"[:0]+"+string\r\n", "TYPE", "r"+key)
	}
	h.CheckReplay()
}

// TestRESTOREwithoutSuccess: a payload that is bad, or a time that is over, must leave no trace.
func TestRESTOREwithoutSuccess(t *testing.T) {
	h := start(t)
	h.Dof("SET a old")
	used := h.Space(0).UsedMemory()
	payload := bulk(t, h.Dof("DUMP a"))
	for i := range len(payload) {
		bad := []byte(payload)
		bad[i] ^= 0x10
		h.Want("-ERR DUMP payload version or checksum are wrong\r\n", "RESTORE", "a", "0", string(bad), "REPLACE")
		h.Want("-ERR DUMP payload version or checksum are wrong\r\n", "RESTORE", "b", "0", payload[:i])
	}
	// The right checksum over a string that is longer than what there is; a type that nobody has.
	var logged []string
	h.Space(0).Warn = func(text string) { logged = append(logged, text) }
	for _, body := range []string{"\x00\x05ab", "\xc8\x01a", ""} {
		h.Want("-ERR Bad data format\r\n", "RESTORE", "a", "0", footer(body), "REPLACE")
		if len(h.Events)+len(h.Effects) != 0 {
			t.Errorf("%q: events %q, effects %q", body, h.Events, h.Effects)
		}
		h.Want("-ERR Bad data format\r\n", "RESTORE", "b", "0", footer(body))
	}
	if len(logged) != 2 || !strings.Contains(logged[0], "Invalid value: rdb: unexpected end of input") {
		t.Errorf("the string that is cut off: logged %q", logged)
	}
	h.Want("$3\r\nold\r\n", "GET", "a")
	h.Want("*1\r\n$1\r\na\r\n", "KEYS", "*")
	if got := h.Space(0).UsedMemory(); got != used {
		t.Errorf("%d bytes in use, %d before", got, used)
	}
	h.Want("+OK\r\n", "RESTORE", "new", "1", payload, "ABSTTL")
	if len(h.Events)+len(h.Effects) != 0 || h.Dirty != 0 {
		t.Errorf("late: events %q, effects %q", h.Events, h.Effects)
	}
	h.Configure(func(o *engine.Options) { o.LazyServerDel = true })
	h.Want("+OK\r\n", "RESTORE", "a", "1", payload, "ABSTTL", "REPLACE")
	if strings.Join(h.Events, ",") != "del a" || strings.Join(h.Effects, ",") != "DEL a" {
		t.Errorf("late REPLACE: events %q, effects %q", h.Events, h.Effects)
	}
	h.Want(":0\r\n", "DBSIZE")
	h.CheckReplay()
}

// TestDUMPofRedis loads payloads that Redis 7.0.15 answered, and answers them itself.
func TestDUMPofRedis(t *testing.T) {
	peer := startPeer(t)
	h := start(t)
	for i := range 200 {
		key := fmt.Sprintf("k%d", i)
		value := strings.Repeat(fmt.Sprint(i*i*i-7), i%30)
		h.Do("SET", key, value)
		peer.Do("SET", key, value)
		theirs, ours := bulk(t, peer.Do("DUMP", key)), bulk(t, h.Do("DUMP", key))
		if len(value) < 20 && theirs != ours {
			t.Errorf("%q: %q, Redis %q", value, ours, theirs)
		}
		h.Want("+OK\r\n", "RESTORE", key, "0", theirs, "REPLACE")
		if got := peer.Do("RESTORE", key, "0", ours, "REPLACE"); got != "+OK\r\n" {
			t.Errorf("Redis refuses %q: %q", ours, got)
		}
		if a, b := h.Do("GET", key), peer.Do("GET", key); a != b || bulk(t, a) != value {
			t.Errorf("%q became %q and %q", value, a, b)
		}
	}
}
