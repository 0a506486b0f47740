package builtin_test

import (
	"fmt"
	"testing"

	"hashlane/engine"
	"hashlane/engine/builtin"
	"hashlane/engine/enginetest"
)

// cases are the values that each type is tested with: every encoding, small and large, made in every way.
var cases = map[engine.TypeID][]enginetest.Case{
	engine.THash: {
		{Name: "listpack", Encoding: "listpack", Lines: []string{"HSET k a 1 b two c 3.5"}, Changes: []string{"HSET k a 2", "HSET k d 1", "HDEL k a", "HINCRBY k a 1", "HINCRBYFLOAT k c 1", "HEXPIRE k 100 FIELDS 1 a", "HSET k a @rep(65,x)", "HGETDEL k FIELDS 3 a b c"}},
		{Name: "listpack_of_one", Encoding: "listpack", Lines: []string{`HSET k "" ""`}, Changes: []string{"HSETNX k x y"}},
		{Name: "with_expiries", Encoding: "listpackex", Lines: []string{"HSET k a 1 b two c 3.5", "HEXPIRE k 100 FIELDS 2 c a"}, Changes: []string{"HSET k a 2", "HSET k d 1", "HDEL k a", "HPERSIST k FIELDS 1 a", "HSET k b @rep(65,x)", "HPEXPIREAT k 1 FIELDS 2 a b"}},
		{Name: "hashtable", Encoding: "hashtable", Lines: []string{"HSET k a @rep(65,x) b 2 c 3"}, Changes: []string{"HSET k a 2", "HSET k d 1", "HDEL k b", "HINCRBY k b 1", "HEXPIRE k 100 FIELDS 1 a"}},
		{Name: "hashtable_with_expiries", Encoding: "hashtable", Lines: []string{"HSET k a @rep(65,x) b 2 c 3", "HEXPIRE k 100 FIELDS 1 a", "HEXPIRE k 50 FIELDS 1 b"}, Changes: []string{"HSET k a 2", "HDEL k a", "HPERSIST k FIELDS 1 b"}},
		{Name: "large", Encoding: "hashtable", Lines: manyFields(3000), Changes: []string{"HSET k 7 2", "HDEL k 5", "HPEXPIREAT k 1 FIELDS 1 3"}},
	},
	engine.TString: {
		{Name: "int", Encoding: "int", Lines: []string{"SET k 12345"}, Changes: []string{"INCR k", "APPEND k x", "SETRANGE k 0 9", "SETBIT k 3 1"}},
		{Name: "int_of_64_bits", Encoding: "int", Lines: []string{"SET k -9223372036854775808"}, Changes: []string{"INCRBY k 5"}},
		{Name: "empty", Encoding: "embstr", Lines: []string{`SET k ""`}, Changes: []string{"APPEND k x"}},
		{Name: "embstr", Encoding: "embstr", Lines: []string{"SET k hello"}, Changes: []string{"APPEND k x", "SETRANGE k 9 x", "SETBIT k 0 1", "GETDEL k"}},
		{Name: "binary", Encoding: "embstr", Lines: []string{`SET k "\x00\xff\r\n\x80"`}},
		{Name: "raw", Encoding: "raw", Lines: []string{"SET k @rep(100,ab)"}, Changes: []string{"APPEND k x", "SETRANGE k 0 x", "BITOP NOT k k"}},
		{Name: "raw_by_change", Encoding: "raw", Lines: []string{"SET k abc", "APPEND k def"}, Changes: []string{"APPEND k x"}},
		{Name: "large", Encoding: "raw", Lines: []string{"SET k @rep(50000,abc)"}, Changes: []string{"APPEND k x", "SETRANGE k 200000 x"}},
		{Name: "with_an_expiry_before", Encoding: "embstr", Lines: []string{"SET k v EX 100", "PERSIST k"}, Changes: []string{"EXPIRE k 5", "GETEX k EX 5"}},
		{Name: "bits", Encoding: "raw", Lines: []string{"SETBIT k 5000 1", "SETBIT k 7 1"}, Changes: []string{"SETBIT k 9 1", "BITFIELD k SET u8 0 255"}},
		{Name: "sparse_hyperloglog", Encoding: "raw", Lines: []string{"PFADD k a b c"}, Changes: []string{"PFADD k d e f g", "PFCOUNT k"}},
		{Name: "dense_hyperloglog", Encoding: "raw", Lines: []string{"PFADD k a b c", "PFDEBUG TODENSE k"}, Changes: []string{"PFADD k d e f g h i"}},
	},
	engine.TList: {
		{Name: "listpack", Encoding: "listpack", Lines: []string{`RPUSH k a 12 "" "\x00\xff" -70000 a`}, Changes: []string{"RPUSH k x", "LPUSH k x y", "LPOP k", "RPOP k 2", "LSET k 1 longer", "LTRIM k 1 2", "LREM k 0 a", "LINSERT k BEFORE a z", "LMOVE k k LEFT RIGHT", "LMOVE k other2 LEFT LEFT", "RPUSH k @rep(9000,x)"}},
		{Name: "one_element", Encoding: "listpack", Lines: []string{"LPUSH k 7"}, Changes: []string{"LPOP k", "RPOP k 5", "LREM k 0 7", "LTRIM k 5 9", "RPOPLPUSH k other2", "LMOVE k k LEFT LEFT", "LMPOP 1 k LEFT"}},
		{Name: "quicklist", Encoding: "quicklist", Lines: rpushes(3000, "element:%d"), Changes: []string{"RPUSH k x", "LPUSH k x y", "LPOP k", "RPOP k 2000", "LSET k 1500 longer", "LSET k 1500 @rep(9000,x)", "LTRIM k 100 -100", "LREM k -2 element:1500", "LINSERT k AFTER element:1500 z", "LMOVE k k LEFT RIGHT", "LMOVEM k other2 LEFT LEFT COUNT 1500 BULK", "LTRIM k 0 3"}},
		{Name: "plain_nodes", Encoding: "quicklist", Lines: []string{"RPUSH k a @rep(9000,x) b @rep(20000,y) c"}, Changes: []string{"LSET k 1 small", "LSET k 1 @rep(10000,z)", "LREM k 1 @rep(9000,x)", "LINSERT k AFTER b @rep(8193,u)", "RPOP k", "LPOP k 3", "LTRIM k 0 0"}},
		{Name: "one_plain_node", Encoding: "quicklist", Lines: []string{"RPUSH k @rep(100000,x)"}, Changes: []string{"LPOP k", "LSET k 0 small", "RPOPLPUSH k other2"}},
	},
	engine.TSet: {
		{Name: "intset", Encoding: "intset", Lines: []string{"SADD k 1 -5 70000"}, Changes: []string{"SADD k 2", "SADD k 9223372036854775807", "SADD k x", "SREM k 1", "SPOP k", "SPOP k 2", "SPOP k 9", "SMOVE k other2 1"}},
		{Name: "one_integer", Encoding: "intset", Lines: []string{"SADD k 7"}, Changes: []string{"SREM k 7", "SPOP k"}},
		{Name: "listpack", Encoding: "listpack", Lines: []string{`SADD k a b 12 -7 "" "\x00\xff"`}, Changes: []string{"SADD k c", "SREM k a", "SADD k @rep(65,x)", "SPOP k", "SPOP k 3", "SMOVE k other2 a"}},
		{Name: "hashtable_by_length", Encoding: "hashtable", Lines: []string{"SADD k a 5 @rep(65,x)"}, Changes: []string{"SADD k c", "SREM k a", "SPOP k", "SPOP k 2", "SMOVE k other2 a"}},
		{Name: "hashtable_by_size", Encoding: "hashtable", Lines: sadds(1000, "member:%d"), Changes: []string{"SADD k c", "SREM k member:7", "SPOP k 500", "SPOP k 1000"}},
		{Name: "hashtable_of_integers", Encoding: "hashtable", Lines: sadds(700, "%d"), Changes: []string{"SADD k -1", "SREM k 7"}},
		{Name: "stored", Encoding: "listpack", Lines: []string{"SADD k a b 3 c", "SDIFFSTORE k k"}, Changes: []string{"SINTERSTORE k k k", "SUNIONSTORE k other3"}},
	},
	engine.TStream: {
		{Name: "few_entries", Encoding: "stream", Lines: xadds(3), Changes: []string{"XADD k 5000-0 a b", "XDEL k 1000-1", "XTRIM k MAXLEN 1", "XSETID k 9000-0", "XGROUP CREATE k g $", "XADD k MAXLEN = 0 5000-0 a b"}},
		{Name: "without_entries", Encoding: "stream", Lines: []string{"XADD k 7-7 a b", "XDEL k 7-7"}, Changes: []string{"XADD k 8-0 a b", "XGROUP CREATE k g 0"}},
		{Name: "many_nodes", Encoding: "stream", Lines: xadds(1500), Changes: []string{"XADD k 5000-0 a b", "XDEL k 1200-1", "XTRIM k MAXLEN ~ 500", "XTRIM k MINID 1300"}},
		{Name: "groups", Encoding: "stream", Lines: append(xadds(300), "XGROUP CREATE k g 0", "XGROUP CREATE k idle 1050-0 ENTRIESREAD 5", "XREADGROUP GROUP g alice COUNT 200 STREAMS k >", "XREADGROUP GROUP g bob COUNT 3 STREAMS k >", "XACK k g 1000-0 1000-1", "XGROUP CREATECONSUMER k g carol"), Changes: []string{"XACK k g 1001-0", "XCLAIM k g bob 0 1002-0", "XAUTOCLAIM k g carol 0 0 COUNT 20", "XGROUP DELCONSUMER k g alice", "XGROUP DESTROY k g", "XREADGROUP GROUP g bob STREAMS k >", "XGROUP SETID k g 0"}},
	},
	engine.TArray: {
		{Name: "few", Lines: []string{`ARMSET k 0 a 5 12 1000000 "\x00\xff"`}, Changes: []string{"ARSET k 5 x", "ARDEL k 0", "ARINSERT k z", "ARDELRANGE k 0 10000000"}},
		{Name: "dense", Lines: adds("ARSET k 0", 200, "v%d"), Changes: []string{"ARSET k 3 x", "ARDEL k 0 1 2", "ARDELRANGE k 10 150"}},
		{Name: "many_slices", Lines: adds("ARMSET k", 200, "1%d0007 value%[1]d"), Changes: []string{"ARSET k 3 x", "ARDELRANGE k 0 10000000"}},
	},
	engine.TZSet: {
		{Name: "listpack", Encoding: "listpack", Lines: []string{`ZADD k 1 a 2.5 b -inf c inf d 1e300 "" 7 12 7 "\x00\xff"`}, Changes: []string{"ZADD k 3 e", "ZADD k 9 a", "ZADD k 1 @rep(65,x)", "ZINCRBY k 4 b", "ZREM k a", "ZPOPMIN k", "ZPOPMAX k 3", "ZPOPMIN k 100", "ZREMRANGEBYRANK k 1 2", "ZREMRANGEBYSCORE k -inf inf", "ZUNIONSTORE k 1 k WEIGHTS 2", "ZRANGESTORE k k 0 1", "ZMPOP 1 k MIN COUNT 2", "ZADD k XX GT CH 100 a"}},
		{Name: "one_member", Encoding: "listpack", Lines: []string{"ZADD k 1 a"}, Changes: []string{"ZREM k a", "ZPOPMAX k", "ZINCRBY k 1.5 a", "ZDIFFSTORE k 2 k k"}},
		{Name: "skiplist_by_length", Encoding: "skiplist", Lines: []string{"ZADD k 1 a 5 b 7 @rep(65,x)"}, Changes: []string{"ZADD k 3 e", "ZREM k a", "ZADD k 6 b", "ZPOPMIN k 2", "ZREMRANGEBYLEX k - +"}},
		{Name: "skiplist_by_size", Encoding: "skiplist", Lines: adds("ZADD k", 3000, "%d member:%[1]d"), Changes: []string{"ZADD k 3 e", "ZADD k 3000 member:0", "ZINCRBY k 0.25 member:77", "ZREM k member:7", "ZPOPMIN k 500", "ZREMRANGEBYRANK k 10 -10", "ZREMRANGEBYSCORE k (10 2000", "ZPOPMAX k 3000", "ZINTERSTORE k 2 k k AGGREGATE MAX"}},
		{Name: "skiplist_of_one_score", Encoding: "skiplist", Lines: adds("ZADD k", 700, "0 %d"), Changes: []string{"ZREMRANGEBYLEX k [2 (5", "ZADD k 1 0"}},
		{Name: "stored", Encoding: "listpack", Lines: []string{"ZADD k 1 a 2 b 3 c", "ZRANGESTORE k k 0 1"}, Changes: []string{"ZADD k 1 a 5 z"}},
	},
}

// xadds are lines that add n entries, with other fields now and then.
func xadds(n int) (lines []string) {
	for i := range n {
		line := fmt.Sprintf("XADD k %d-%d field value%d other %d", 1000+i/3, i%3, i, i)
		if i%7 == 0 {
			line = fmt.Sprintf(`XADD k %d-%d "\x00\xff" ""`, 1000+i/3, i%3)
		}
		lines = append(lines, line)
	}
	return lines
}

// sadds are lines that add n members, in a few commands.
func sadds(n int, format string) (lines []string) { return adds("SADD k", n, format) }

func rpushes(n int, format string) (lines []string) { return adds("RPUSH k", n, format) }

func adds(start string, n int, format string) (lines []string) {
	line := start
	for i := range n {
		line += fmt.Sprintf(" "+format, i)
		if i%200 == 199 || i == n-1 {
			lines = append(lines, line)
			line = start
		}
	}
	return lines
}

// manyFields are lines that make a hash of n fields.
func manyFields(n int) (lines []string) {
	for i := 0; i < n; i += 300 {
		line := "HSET k"
		for j := i; j < min(i+300, n); j++ {
			line += fmt.Sprintf(" %d value-of-%d", j, j)
		}
		lines = append(lines, line)
	}
	return lines
}

func typeList() (list []engine.Type) {
	for _, y := range builtin.Types() {
		if y != nil {
			list = append(list, y)
		}
	}
	return list
}

func TestContract(t *testing.T) {
	for id, y := range builtin.Types() {
		if y == nil {
			continue
		}
		if y.ID() != engine.TypeID(id) {
			t.Errorf("type %s stands at %d and says %d", y.Name(), id, y.ID())
		}
		t.Run(y.Name(), func(t *testing.T) {
			enginetest.Contract(t, y, typeList(), builtin.Commands(), cases[y.ID()])
		})
	}
}
