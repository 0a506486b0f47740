package hash

import (
	"hashlane/engine/ds/listpack"
	"hashlane/persist/rdb"
)

// A hash of a template is dumped as its field names and then its values:
//
//	names   0, str holding a listpack of names; or 1, len, so many str
//	values  type 29: str holding a listpack, a number of the server's own and then the values
//	        type 31: a str for each name
//
// Here it becomes a hash like any other. Files name templates by number instead (types 30 and 32): those are
// for who reads the file.
func (l *loader) template(kind byte) {
	list := l.names()
	if kind == rdb.TypeHashTemplate {
		for i := 0; i < len(list) && l.err == nil; i++ {
			l.add(list[i], l.string(), 0)
		}
		return
	}
	values := l.elements()
	if l.err == nil && len(values) != len(list)+1 {
		l.err = errCorrupt
	}
	for i := 0; i < len(list) && l.err == nil; i++ {
		l.add(list[i], values[i+1], 0)
	}
}

func (l *loader) names() (list [][]byte) {
	switch form := l.len(); {
	case l.err != nil:
	case form == 0:
		return l.elements()
	case form == 1:
		for n := l.len(); n > 0 && l.err == nil; n-- {
			list = append(list, l.string())
		}
	default:
		l.err = errCorrupt
	}
	return list
}

// elements are those of a listpack in a str.
func (l *loader) elements() (list [][]byte) {
	lp := l.string()
	if l.err != nil {
		return nil
	}
	if l.err = listpack.Validate(lp); l.err != nil {
		return nil
	}
	for pos := listpack.First(lp); pos >= 0; pos = listpack.Next(lp, pos) {
		list = append(list, bytesOf(listpack.Get(lp, pos)))
	}
	return list
}
