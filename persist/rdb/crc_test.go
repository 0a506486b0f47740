package rdb

import (
	"bytes"
	"encoding/hex"
	"testing"
)

func TestCRC64(t *testing.T) {
	if got := CRC64(0, []byte("123456789")); got != 0xe9c6d914c4b8d9ca {
		t.Errorf("%x", got)
	}
	if got := CRC64(CRC64(0, []byte("1234")), []byte("56789")); got != 0xe9c6d914c4b8d9ca {
		t.Errorf("in two pieces: %x", got)
	}
}

// TestFooter reads the payload that DUMP of Redis 7.0.15 answers for SET k hello.
func TestFooter(t *testing.T) {
	const dumped = "000568656c6c6f0a006372df766534200a"
	want, err := hex.DecodeString(dumped)
	if err != nil {
		t.Fatal(err)
	}
	body, ok := CutFooter(want)
	if !ok || string(body) != "\x00\x05hello" {
		t.Fatalf("%q %v", body, ok)
	}
	if got := AppendFooter(append([]byte("ab"), body...), 2); !bytes.Equal(got[2:], want) {
		t.Errorf("%x, want %x", got[2:], want)
	}
	for i := range want {
		bad := bytes.Clone(want)
		bad[i] ^= 1
		if _, ok := CutFooter(bad); ok {
			t.Errorf("byte %d changed, and accepted", i)
		}
		if _, ok := CutFooter(want[:i]); ok {
			t.Errorf("cut at %d, and accepted", i)
		}
	}
}
