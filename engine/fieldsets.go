package engine

// Fieldsets are the lists of field names that a connection has prepared (HIMPORT). The copies of a Session
// share them: commands of one connection never run at the same time.
type Fieldsets struct{ lists map[string][][]byte }

// Put names a list, in the place of another of that name.
func (f *Fieldsets) Put(name string, list [][]byte) {
	if f.lists == nil {
		f.lists = map[string][][]byte{}
	}
	f.lists[name] = list
}

// Get is the list of that name.
func (f *Fieldsets) Get(name string) ([][]byte, bool) {
	if f == nil {
		return nil, false
	}
	list, ok := f.lists[name]
	return list, ok
}

// Drop forgets a list and reports whether there was one.
func (f *Fieldsets) Drop(name string) bool {
	_, ok := f.Get(name)
	if ok {
		delete(f.lists, name)
	}
	return ok
}

// Clear forgets all lists and answers how many there were.
func (f *Fieldsets) Clear() int {
	if f == nil {
		return 0
	}
	n := len(f.lists)
	f.lists = nil
	return n
}
