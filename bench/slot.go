package main

// slot is the hash slot of a key without hash tag: CRC16 (XMODEM) modulo 16384, as Redis Cluster
// defines it. bench may not import the engine.
func slot(key string) int {
	crc := uint16(0)
	for i := range len(key) {
		crc ^= uint16(key[i]) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return int(crc % 16384)
}
