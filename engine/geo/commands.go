package geo

import "hashlane/engine"

// Commands are the rows of the geo commands.
//
//long:one table
func Commands() []engine.Command {
	return []engine.Command{
		{
			Name: "GEOADD", Group: "geo", Since: "3.2.0", Arity: -5, Flags: engine.Write | engine.DenyOOM,
			Cats: "@write @geo @slow", Keys: "RW/update idx1 range(last=0,step=1,limit=0)",
			Syntax: "GEOADD key [NX | XX] [CH] longitude latitude member [longitude latitude member ...]", Replies: "int",
			Complexity: "O(log(N)) for each member",
			Summary:    "Adds members at places on the globe to a sorted set.",
			Run:        geoadd,
		},
		{
			Name: "GEODIST", Group: "geo", Since: "3.2.0", Arity: -4, Flags: engine.ReadOnly,
			Cats: "@read @geo @slow", Keys: "RO/access idx1 range(last=0,step=1,limit=0)",
			Syntax: "GEODIST key member1 member2 [M | KM | FT | MI]", Replies: "bulk|nil (string, 4 decimals)",
			Complexity: "O(1)",
			Summary:    "Answers the distance between two members.",
			Run:        geodist,
		},
		{
			Name: "GEOHASH", Group: "geo", Since: "3.2.0", Arity: -2, Flags: engine.ReadOnly,
			Cats: "@read @geo @slow", Keys: "RO/access idx1 range(last=0,step=1,limit=0)",
			Syntax: "GEOHASH key [member [member ...]]", Replies: "array<bulk>",
			Complexity: "O(1) for each member",
			Summary:    "Answers the places of members as geohash texts.",
			Run:        geohashCommand,
		},
		{
			Name: "GEOPOS", Group: "geo", Since: "3.2.0", Arity: -2, Flags: engine.ReadOnly,
			Cats: "@read @geo @slow", Keys: "RO/access idx1 range(last=0,step=1,limit=0)",
			Syntax: "GEOPOS key [member [member ...]]", Replies: "array of nil-array|[lon,lat]; coordinates R2=bulk R3=double",
			Complexity: "O(1) for each member",
			Summary:    "Answers the longitudes and latitudes of members.",
			Run:        geopos,
		},
		{
			Name: "GEORADIUS", Group: "geo", Since: "3.2.0", Arity: -6, Flags: engine.Write | engine.DenyOOM,
			Cats: "@write @geo @slow", Keys: "RO/access idx1 range(last=0,step=1,limit=0); OW/update/incomplete kw:STORE@6 range(last=0,step=1,limit=0); OW/update/incomplete kw:STOREDIST@6 range(last=0,step=1,limit=0)",
			Syntax: "GEORADIUS key longitude latitude radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC] [STORE key | STOREDIST key]", Replies: "array<bulk>|array<array[bulk]>|int",
			Deprecated: "6.2.0: GEOSEARCH and GEOSEARCHSTORE with the BYRADIUS argument",
			Complexity: "O(N+log(M)), N being the number of members in the square around the circle and M those of the sorted set",
			Summary:    "Answers or stores the members within a distance from a place.",
			Run:        georadius, Plan: planOf(byPlace),
		},
		{
			Name: "GEORADIUSBYMEMBER", Group: "geo", Since: "3.2.0", Arity: -5, Flags: engine.Write | engine.DenyOOM,
			Cats: "@write @geo @slow", Keys: "RO/access idx1 range(last=0,step=1,limit=0); OW/update/incomplete kw:STORE@5 range(last=0,step=1,limit=0); OW/update/incomplete kw:STOREDIST@5 range(last=0,step=1,limit=0)",
			Syntax: "GEORADIUSBYMEMBER key member radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC] [STORE key | STOREDIST key]", Replies: "array<bulk>|array<array[bulk]>|int",
			Deprecated: "6.2.0: GEOSEARCH and GEOSEARCHSTORE with the BYRADIUS and FROMMEMBER arguments",
			Complexity: "O(N+log(M)), N being the number of members in the square around the circle and M those of the sorted set",
			Summary:    "Answers or stores the members within a distance from another member.",
			Run:        georadiusbymember, Plan: planOf(byMember),
		},
		{
			Name: "GEORADIUSBYMEMBER_RO", Group: "geo", Since: "3.2.10", Arity: -5, Flags: engine.ReadOnly,
			Cats: "@read @geo @slow", Keys: "RO/access idx1 range(last=0,step=1,limit=0)",
			Syntax: "GEORADIUSBYMEMBER_RO key member radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]", Replies: "array<bulk>|array<array[bulk]>",
			Deprecated: "6.2.0: GEOSEARCH with the BYRADIUS and FROMMEMBER arguments",
			Complexity: "O(N+log(M)), N being the number of members in the square around the circle and M those of the sorted set",
			Summary:    "Answers the members within a distance from another member.",
			Run:        georadiusbymemberro,
		},
		{
			Name: "GEORADIUS_RO", Group: "geo", Since: "3.2.10", Arity: -6, Flags: engine.ReadOnly,
			Cats: "@read @geo @slow", Keys: "RO/access idx1 range(last=0,step=1,limit=0)",
			Syntax: "GEORADIUS_RO key longitude latitude radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]", Replies: "array<bulk>|array<array[bulk]>",
			Deprecated: "6.2.0: GEOSEARCH with the BYRADIUS argument",
			Complexity: "O(N+log(M)), N being the number of members in the square around the circle and M those of the sorted set",
			Summary:    "Answers the members within a distance from a place.",
			Run:        georadiusro,
		},
		{
			Name: "GEOSEARCH", Group: "geo", Since: "6.2.0", Arity: -7, Flags: engine.ReadOnly,
			Cats: "@read @geo @slow", Keys: "RO/access idx1 range(last=0,step=1,limit=0)",
			Syntax: "GEOSEARCH key <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>> [ASC | DESC] [COUNT count [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]", Replies: "array<bulk>|array<array[bulk]>",
			Complexity: "O(N+log(M)), N being the number of members in the square around the area and M those of the sorted set",
			Summary:    "Answers the members within a circle or a box.",
			Run:        geosearch,
		},
		{
			Name: "GEOSEARCHSTORE", Group: "geo", Since: "6.2.0", Arity: -8, Flags: engine.Write | engine.DenyOOM,
			Cats: "@write @geo @slow", Keys: "OW/update idx1 range(last=0,step=1,limit=0); RO/access idx2 range(last=0,step=1,limit=0)",
			Syntax: "GEOSEARCHSTORE destination source <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>> [ASC | DESC] [COUNT count [ANY]] [STOREDIST]", Replies: "int",
			Complexity: "O(N+log(M)), N being the number of members in the square around the area and M those of the sorted set",
			Summary:    "Stores the members within a circle or a box.",
			Run:        geosearchstore, Plan: planOf(searchStore),
		},
	}
}
