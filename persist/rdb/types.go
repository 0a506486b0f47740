package rdb

// Type bytes of values: the byte before a key.
const (
	TypeString             = 0
	TypeList               = 1
	TypeSet                = 2
	TypeZSet               = 3
	TypeHash               = 4
	TypeZSet2              = 5
	TypeModulePreGA        = 6 // of release candidates, refused everywhere
	TypeModule2            = 7
	TypeHashZipmap         = 9
	TypeListZiplist        = 10
	TypeSetIntset          = 11
	TypeZSetZiplist        = 12
	TypeHashZiplist        = 13
	TypeListQuicklist      = 14
	TypeStreamListpacks    = 15
	TypeHashListpack       = 16
	TypeZSetListpack       = 17
	TypeListQuicklist2     = 18
	TypeStreamListpacks2   = 19
	TypeSetListpack        = 20
	TypeStreamListpacks3   = 21
	TypeHashMetadataPreGA  = 22
	TypeHashListpackExPre  = 23
	TypeHashMetadata       = 24
	TypeHashListpackEx     = 25
	TypeStreamListpacks4   = 26
	TypeStreamListpacks5   = 27
	TypeArray              = 28
	TypeHashTemplatePack   = 29 // DUMP form: field names, then a listpack of values
	TypeHashTemplatePackID = 30 // file form: the names are those of a template
	TypeHashTemplate       = 31
	TypeHashTemplateID     = 32

	// lastType is the highest type byte that is known.
	lastType = TypeHashTemplateID
)

// Opcodes of a file: bytes where the type byte of a value could stand.
const (
	OpHashTemplate  = 242
	OpKeyMeta       = 243
	OpSlotInfo      = 244
	OpFunction      = 245
	OpFunctionPreGA = 246
	OpModuleAux     = 247
	OpIdle          = 248
	OpFreq          = 249
	OpAux           = 250
	OpResizeDB      = 251
	OpExpireMs      = 252
	OpExpireSec     = 253
	OpSelectDB      = 254
	OpEOF           = 255
)

// Opcodes within the value of a module.
const (
	moduleEnd    = 0
	moduleSint   = 1
	moduleUint   = 2
	moduleFloat  = 3
	moduleDouble = 4
	moduleString = 5
)

// versionOf is the lowest version of the format that has each type byte.
var versionOf = [lastType + 1]uint8{
	TypeString: 1, TypeList: 1, TypeSet: 1, TypeZSet: 1, TypeHash: 1, TypeZSet2: 8, TypeModulePreGA: 8, TypeModule2: 8,
	TypeHashZipmap: 2, TypeListZiplist: 2, TypeSetIntset: 2, TypeZSetZiplist: 2, TypeHashZiplist: 4, TypeListQuicklist: 7,
	TypeStreamListpacks: 9, TypeHashListpack: 10, TypeZSetListpack: 10, TypeListQuicklist2: 10, TypeStreamListpacks2: 10,
	TypeSetListpack: 11, TypeStreamListpacks3: 11, TypeHashMetadataPreGA: 12, TypeHashListpackExPre: 12, TypeHashMetadata: 12,
	TypeHashListpackEx: 12, TypeStreamListpacks4: 13, TypeStreamListpacks5: 14, TypeArray: 14, TypeHashTemplatePack: 15,
	TypeHashTemplatePackID: 15, TypeHashTemplate: 15, TypeHashTemplateID: 15,
}

// VersionOf is the lowest version of the format that has the type byte; 0 for an unknown one.
func VersionOf(kind byte) int {
	if int(kind) >= len(versionOf) {
		return 0
	}
	return int(versionOf[kind])
}
