package dict

// Free frees about budget blocks and reports whether nothing is left. After the first call the dict is good
// for nothing but further ones.
func (d Dict) Free(budget int) (done bool) {
	for d.buckets > 0 {
		if budget <= 0 {
			return false
		}
		b := d.bucket(d.buckets - 1)
		n, room := b.n(), b.room()
		for j := range n {
			d.Arena.Free(*b.slot(room, j))
		}
		d.n -= uint32(n)
		budget -= n + 1
		d.dropBucket()
	}
	return true
}

// Blocks is about how many blocks Free frees.
func (r *Root) Blocks() int { return int(r.n) + int(r.buckets) + int(r.buckets>>segmentShift) + 1 }

// MemoryUse is the bytes of all blocks. With samples above 0 it looks at that many elements and reckons.
func (d Dict) MemoryUse(samples int) int {
	if d.buckets == 0 {
		return 0
	}
	bytes := d.Arena.Cap(d.dir)
	if d.deep() {
		bytes += int((d.buckets+segment-1)>>segmentShift) * segment * 4
	}
	seen, blocks := 0, 0
	for i := range d.buckets {
		blocks += d.Arena.Cap(*d.place(i))
		d.each(i, func(e Entry) { blocks += d.Arena.Cap(e.h) })
		seen += d.bucket(i).n()
		if samples > 0 && seen >= samples {
			return bytes + int(float64(blocks)/float64(seen)*float64(d.n))
		}
	}
	return bytes + blocks
}
