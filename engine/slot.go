package engine

import (
	"bytes"
	"strconv"

	"hashlane/engine/ds/crc16"
	"hashlane/engine/ds/table"
)

// Slots is the number of hash slots of Redis Cluster.
const Slots = 1 << slotBits

const slotBits = 14

// HashKey is the process-seeded 64-bit hash of a key, used by the table and by the lock fingerprints.
// Any goroutine.
func HashKey(key []byte) uint64 { return table.Hash(key) }

// SetHashSeed fixes the seed of HashKey (simulation, tests). Call it before the first key is stored.
func SetHashSeed(seed uint64) { table.SetSeed(seed) }

// Slot is the Redis Cluster hash slot (CRC16 of the key or of its {tag}) in 0..16383. Any goroutine.
func Slot(key []byte) int {
	if open := bytes.IndexByte(key, '{'); open >= 0 {
		if n := bytes.IndexByte(key[open+1:], '}'); n > 0 {
			key = key[open+1 : open+1+n]
		}
	}
	return int(crc16.Sum(key)) & (Slots - 1)
}

// One SCAN cursor serves all shards: cursor of the shard's database × shards + shard, as one decimal
// number. 0 begins at shard 0 and, as an answer, ends.

// ScanCursorShard is the shard at which a SCAN cursor stands; 0 when it is no number.
func ScanCursorShard(cursor []byte, shards int) int {
	n, err := strconv.ParseUint(string(cursor), 10, 64)
	if err != nil {
		return 0
	}
	return int(n % uint64(shards))
}

// ScanCursorSplit takes a SCAN cursor apart.
func ScanCursorSplit(cursor uint64, shards int) (shard int, inner uint64) {
	return int(cursor % uint64(shards)), cursor / uint64(shards)
}

// ScanCursorJoin is the SCAN cursor to answer after DB.Scan of that shard answered inner: at the end of
// one shard the next one begins.
func ScanCursorJoin(shard int, inner uint64, shards int) uint64 {
	if inner == 0 {
		if shard++; shard == shards {
			return 0
		}
	}
	return inner*uint64(shards) + uint64(shard)
}
