// Package geohash turns places on the globe into numbers and back, so that places near each other mostly get
// numbers near each other, and finds the few ranges of numbers that cover an area.
//
// # Terms
//
//   - Place: longitude and latitude in degrees.
//   - Cell: one of 4^step rectangles that the map is cut into. Its number has the bits of its column and of its
//     row in turn, the row's lowest bit first.
//   - Score: the number of a cell of step 26, 52 bits, which a double holds exactly. It is what a sorted set
//     keeps of a place.
//
// # Map
//
// Longitudes -180 to 180, latitudes -85.05112878 to 85.05112878, as web maps have them, cut evenly by degrees.
// A cell of step 26 is about 0.6 m by 0.3 m at the equator. The text of GEOHASH is that of geohash.org, of the
// same longitudes and latitudes -90 to 90.
//
// # Invariants
//
//   - I1 Decode answers the middle of a cell: Encode of it is the cell again.
//   - I2 Cover's ranges hold every place of the area, and no place twice.
//
// Who runs it: any goroutine.
//
// Sources: G. Niemeyer's geohash; G. M. Morton, "A computer oriented geodetic data base" (1966); the haversine
// formula; the numbers of Redis 7.0 (earth radius, limits, order of the cells that are looked at).
package geohash
