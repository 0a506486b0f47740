package resp

import (
	"bytes"
	"fmt"
)

// Error is the text of an error reply, its code first.
type Error string

func (e Error) Error() string { return string(e) }

// Errorf is a formatted Error; format begins with the code.
func Errorf(format string, args ...any) Error { return Error(fmt.Sprintf(format, args...)) }

// Shown is the part of a client's word that error texts quote: at most limit bytes, and nothing from the
// first zero byte on, where Redis' texts end.
func Shown(word []byte, limit int) []byte {
	word = word[:min(len(word), limit)]
	if i := bytes.IndexByte(word, 0); i >= 0 {
		return word[:i]
	}
	return word
}

// Any command.
const (
	ErrWrongType   Error = "WRONGTYPE Operation against a key holding the wrong kind of value"
	ErrSyntax      Error = "ERR syntax error"
	ErrNoKey       Error = "ERR no such key"
	ErrSameObject  Error = "ERR source and destination objects are the same"
	ErrIndex       Error = "ERR index out of range"
	ErrDBIndex     Error = "ERR DB index is out of range"
	ErrBusyKey     Error = "BUSYKEY Target key name already exists."
	ErrNotInt      Error = "ERR value is not an integer or out of range"
	ErrNotPositive Error = "ERR value is out of range, must be positive"
	ErrNotFloat    Error = "ERR value is not a valid float"
	ErrOverflow    Error = "ERR increment or decrement would overflow"
	ErrNaN         Error = "ERR increment would produce NaN or Infinity"
	ErrTooLong     Error = "ERR string exceeds maximum allowed size (proto-max-bulk-len)"
	ErrOffset      Error = "ERR offset is out of range"
	ErrOutOfMemory Error = "OOM command not allowed when used memory > 'maxmemory'."
)

// Bits.
const (
	ErrBitOffset    Error = "ERR bit offset is not an integer or out of range"
	ErrBitValue     Error = "ERR bit is not an integer or out of range"
	ErrBitArgument  Error = "ERR The bit argument must be 1 or 0."
	ErrBitfieldType Error = "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is."
	ErrBitOpNot     Error = "ERR BITOP NOT must be called with a single source key."
	ErrNotHLL       Error = "WRONGTYPE Key is not a valid HyperLogLog string value."
	ErrCorruptHLL   Error = "INVALIDOBJ Corrupted HLL object detected"
	ErrOverflowKind Error = "ERR Invalid OVERFLOW type specified"
)

// Keys.
const (
	ErrCursor        Error = "ERR invalid cursor"
	ErrExpireNX      Error = "ERR NX and XX, GT or LT options at the same time are not compatible"
	ErrExpireGTLT    Error = "ERR GT and LT options at the same time are not compatible"
	ErrDumpChecksum  Error = "ERR DUMP payload version or checksum are wrong"
	ErrBadFormat     Error = "ERR Bad data format"
	ErrInvalidTTL    Error = "ERR Invalid TTL value, must be >= 0"
	ErrInvalidIdle   Error = "ERR Invalid IDLETIME value, must be >= 0"
	ErrInvalidFreq   Error = "ERR Invalid FREQ value, must be >= 0 and <= 255"
	ErrNotLFU        Error = "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust."
	ErrIsLFU         Error = "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust."
	ErrLCSNotStrings Error = "ERR The specified keys must contain string values"
)

// Streams.
const (
	ErrStreamID       Error = "ERR Invalid stream ID specified as stream command argument"
	ErrStreamStart    Error = "ERR invalid start ID for the interval"
	ErrStreamEnd      Error = "ERR invalid end ID for the interval"
	ErrStreamTop      Error = "ERR The ID specified in XADD is equal or smaller than the target stream top item"
	ErrStreamZero     Error = "ERR The ID specified in XADD must be greater than 0-0"
	ErrStreamFull     Error = "ERR The stream has exhausted the last possible ID, unable to add more items"
	ErrStreamTooLarge Error = "ERR Elements are too large to be stored"
	ErrTrimTwice      Error = "ERR syntax error, MAXLEN and MINID options at the same time are not compatible"
	ErrTrimMaxLen     Error = "ERR The MAXLEN argument must be >= 0."
	ErrTrimLimit      Error = "ERR The LIMIT argument must be >= 0."
	ErrTrimNoApprox   Error = "ERR syntax error, LIMIT cannot be used without the special ~ option"
	ErrTrimNoStrategy Error = "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy"
	ErrTrimNothing    Error = "ERR syntax error, XTRIM must be called with a trimming strategy"
	ErrSetIDTop       Error = "ERR The ID specified in XSETID is smaller than the target stream top item"
	ErrSetIDDeleted   Error = "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id"
	ErrSetIDLength    Error = "ERR The entries_added specified in XSETID is smaller than the target stream length"
	ErrSetIDAdded     Error = "ERR entries_added must be positive"
	ErrStreamGone     Error = "UNBLOCKED the stream key no longer exists"
	ErrGroupGone      Error = "NOGROUP the consumer group this client was blocked on no longer exists"
	ErrBusyGroup      Error = "BUSYGROUP Consumer Group name already exists"
	ErrGroupNoKey     Error = "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically."
	ErrEntriesRead    Error = "ERR value for ENTRIESREAD must be positive or -1"
	ErrReadDollar     Error = "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set."
	ErrReadLast       Error = "ERR The + ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The + ID would just return an empty result set."
	ErrReadNew        Error = "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option."
	ErrReadUnbalanced Error = "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified."
	ErrReadNoGroup    Error = "ERR Missing GROUP option for XREADGROUP"
	ErrReadGroup      Error = "ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead."
	ErrReadNoAck      Error = "ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead."
	ErrReadClaim      Error = "ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead."
	ErrClaimMinIdle   Error = "ERR Invalid min-idle-time argument for XCLAIM"
	ErrClaimIdle      Error = "ERR Invalid IDLE option argument for XCLAIM"
	ErrClaimTime      Error = "ERR Invalid TIME option argument for XCLAIM"
	ErrClaimRetries   Error = "ERR Invalid RETRYCOUNT option argument for XCLAIM"
	ErrAutoMinIdle    Error = "ERR Invalid min-idle-time argument for XAUTOCLAIM"
	ErrCountPositive  Error = "ERR COUNT must be > 0"
	ErrIDs            Error = "ERR Number of IDs must be a positive integer"
	ErrIDsMatch       Error = "ERR The `numids` parameter must match the number of arguments"
	ErrIdmpDuration   Error = "ERR invalid duration"
	ErrIdmpMaxSize    Error = "ERR invalid maxsize"
	ErrIdmpAuto       Error = "ERR IDMP/IDMPAUTO can be used only with auto-generated IDs"
	ErrIdmpEmpty      Error = "ERR producer ID and idempotent ID must not be empty"
	ErrIdmpNoEntry    Error = "ERR no such entry in the stream"
	ErrIdmpOther      Error = "ERR idempotent ID belongs to another entry"
)

// Arrays.
const (
	ErrArrayIndex Error = "ERR invalid array index"
	ErrArrayFull  Error = "ERR insert index overflow"
	ErrArrayRing  Error = "ERR invalid ring size"
)

// Connections and transactions.
const (
	ErrLoading      Error = "LOADING Redis is loading the dataset in memory"
	ErrNoAuth       Error = "NOAUTH Authentication required."
	ErrHelloNoAuth  Error = "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time"
	ErrWrongPass    Error = "WRONGPASS invalid username-password pair or user is disabled."
	ErrNoPassword   Error = "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?"
	ErrNoProto      Error = "NOPROTO unsupported protocol version"
	ErrProtoVersion Error = "ERR Protocol version is not an integer or out of range"
	ErrMaxClients   Error = "ERR max number of clients reached"
	ErrNoClient     Error = "ERR No such client"
	ErrNestedMulti  Error = "ERR MULTI calls can not be nested"
	ErrExecNoMulti  Error = "ERR EXEC without MULTI"
	ErrDiscard      Error = "ERR DISCARD without MULTI"
	ErrWatchMulti   Error = "ERR WATCH inside MULTI is not allowed"
	ErrExecAbort    Error = "EXECABORT Transaction discarded because of previous errors."
	ErrNotInMulti   Error = "ERR Command not allowed inside a transaction"
	ErrNoCluster    Error = "ERR This instance has cluster support disabled"
	ErrShutdown     Error = "ERR Errors trying to SHUTDOWN. Check logs."
	ErrNoShutdown   Error = "ERR No shutdown in progress."
	ErrProtected    Error = "DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. " +
		"In this mode connections are only accepted from the loopback interface. " +
		"If you want to connect from external computers to Redis you may adopt one of the following solutions: " +
		"1) Just disable protected mode sending the command 'CONFIG SET protected-mode no' from the loopback interface by connecting to Redis from the same host the server is running, " +
		"however MAKE SURE Redis is not publicly accessible from internet if you do so. Use CONFIG REWRITE to make this change permanent. " +
		"2) Alternatively you can just disable the protected mode by editing the Redis configuration file, and setting the protected mode option to 'no', and then restarting the server. " +
		"3) If you started the server manually just for testing, restart it with the '--protected-mode no' option. " +
		"4) Setup a an authentication password for the default user. " +
		"NOTE: You only need to do one of the above things in order for the server to start accepting connections from the outside."
)

// Protocol. The connection is closed after one of these.
const (
	ErrInlineTooBig   Error = "ERR Protocol error: too big inline request"
	ErrMbulkTooBig    Error = "ERR Protocol error: too big mbulk count string"
	ErrBulkCountLong  Error = "ERR Protocol error: too big bulk count string"
	ErrMbulkLength    Error = "ERR Protocol error: invalid multibulk length"
	ErrMbulkUnauth    Error = "ERR Protocol error: unauthenticated multibulk length"
	ErrBulkLength     Error = "ERR Protocol error: invalid bulk length"
	ErrBulkUnauth     Error = "ERR Protocol error: unauthenticated bulk length"
	ErrUnbalanced     Error = "ERR Protocol error: unbalanced quotes in request"
	ErrExpectedDollar Error = "ERR Protocol error: expected '$', got '%c'"
)
