package rdb

import "fmt"

// Step is what a reader was at when it met an error, in the words of redis-check-rdb.
type Step uint8

// The steps.
const (
	StepStart Step = iota
	StepType
	StepExpire
	StepKey
	StepValue
	StepCheckSum
	StepLen
	StepAux
	StepModuleAux
	StepFunctions
)

var stepNames = [...]string{
	"start", "read-type", "read-expire", "read-key", "read-object-value", "check-sum", "read-len", "read-aux",
	"read-module-aux", "read-functions",
}

func (s Step) String() string { return stepNames[s] }

// Error tells where a file is wrong and why.
type Error struct {
	Pos    int64 // bytes read so far
	Step   Step
	Reason string
	Short  bool // the file ends here
	Key    []byte
	Kind   int // type byte of the value, -1: none read

	Want, Got uint64 // checksums that differ
}

func (e *Error) Error() string {
	return fmt.Sprintf("rdb: offset %d: %s", e.Pos, e.Reason)
}

// containers are the kinds of values that are one string, or strings, with a structure of its own.
var containers = [...]string{
	TypeHashZipmap: "Zipmap", TypeListZiplist: "List ziplist", TypeSetIntset: "Intset", TypeZSetZiplist: "Zset ziplist",
	TypeHashZiplist: "Hash ziplist", TypeListQuicklist: "Quicklist ziplist", TypeStreamListpacks: "Stream listpack",
	TypeHashListpack: "Hash listpack", TypeZSetListpack: "Zset listpack", TypeListQuicklist2: "Quicklist listpack",
	TypeStreamListpacks2: "Stream listpack", TypeSetListpack: "Set listpack", TypeStreamListpacks3: "Stream listpack",
	TypeHashListpackExPre: "Hash listpack", TypeHashListpackEx: "Hash listpack", TypeStreamListpacks4: "Stream listpack",
	TypeStreamListpacks5: "Stream listpack",
}

// BadValue words why a type's Load refused a value of that kind, as the log has it: which container is damaged,
// as Redis names it, and the error.
func BadValue(kind byte, err error) string {
	if int(kind) < len(containers) && containers[kind] != "" && err != ErrShort { //nolint:errorlint // never wrapped
		return containers[kind] + " integrity check failed: " + err.Error()
	}
	return "Invalid value: " + err.Error()
}

// InternalError words an error within a file, or a payload, for the log. pos are the bytes read.
func InternalError(pos int64, reason string) string {
	return fmt.Sprintf("Internal error in RDB reading offset %d, function at rdb.c:0 -> %s", pos, reason)
}

// Reasons of errors, as Redis words them.
const (
	reasonShort     = "Unexpected EOF reading RDB file"
	reasonSignature = "Wrong signature trying to load DB from file"
	reasonVersion   = "Can't handle RDB format version %d"
	reasonCRC       = "RDB CRC error"
	reasonString    = "Unknown RDB string encoding type %d"
	reasonType      = "Unknown RDB encoding type %d"
	reasonInvalid   = "Invalid object type: %d"
	reasonLZF       = "Invalid LZF compressed string"
	reasonLength    = "Invalid length encoding %#x"
	reasonModule    = "Unknown opcode %d in a value of a module"
	reasonTemplate  = "Unknown template %d of compact hashes"
	reasonPacked    = "Corrupt values of a compact hash"
	reasonDB        = "FATAL: Data file was created with a server configured to handle more than %d databases. Exiting"
	reasonPreGA     = "Pre-release function format not supported."
	reasonLong      = "A string of %d bytes is too long"
)
