package config

// Problem is what is wrong with a setting, worded as clients and operators know it.
type Problem string

func (p Problem) Error() string { return string(p) }

// Any option.
const (
	errBool      Problem = "argument must be 'yes' or 'no'"
	errInteger   Problem = "argument couldn't be parsed into an integer"
	errOctal     Problem = "argument couldn't be parsed as an octal number"
	errMemory    Problem = "argument must be a memory value"
	errPercent   Problem = "argument must be a memory or percent value"
	errOver100   Problem = "percentage argument must be less or equal to 100"
	errArgCount  Problem = "wrong number of arguments"
	errImmutable Problem = "can't set immutable config"
	errProtected Problem = "can't set protected config"
	errDuplicate Problem = "duplicate parameter"
)

// One option.
const (
	errDumpName        Problem = "dbfilename can't be a path, just a filename"
	errAppendName      Problem = "appendfilename can't be a path, just a filename"
	errAppendDir       Problem = "appenddirname can't be a path, just a dirname"
	errBackupDir       Problem = "backupdirname can't be a path, just a dirname"
	errHostLength      Problem = "Hostnames must be less than 256 characters"
	errHostLetters     Problem = "Hostnames may only contain alphanumeric characters, hyphens or dots"
	errTitle           Problem = "template format is invalid or contains unknown variables"
	errDefrag          Problem = "Active defragmentation cannot be enabled: this version does not move records yet"
	errSaveAndNosave   Problem = "shutdown options SAVE and NOSAVE can't be used simultaneously"
	errSave            Problem = "Invalid save parameters"
	errBindCount       Problem = "Too many bind addresses specified."
	errLimitCount      Problem = "Wrong number of arguments in buffer limit configuration."
	errLimitClass      Problem = "Invalid client class specified in buffer limit configuration."
	errLimitValue      Problem = "Error in hard, soft or soft_seconds setting in buffer limit configuration."
	errNotify          Problem = "Invalid event class character. Use 'Ag$lshzxeKEtmdn'."
	errOOMScore        Problem = "Invalid oom-score-adj-values, elements must be between -2000 and 2000."
	errPercentile      Problem = "Invalid latency-tracking-info-percentiles parameters"
	errPercentileRange Problem = "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]"
	errNoDir           Problem = "No such file or directory"
	errNotDir          Problem = "Not a directory"
	errMasterPort      Problem = "Invalid master port"
)

// A line of a file.
const (
	errQuotes    Problem = "Unbalanced quotes in configuration line"
	errDirective Problem = "Bad directive or wrong number of arguments"
	errSentinel  Problem = "sentinel directive while not in sentinel mode"
	errIncludes  Problem = "files include each other without end"
)
