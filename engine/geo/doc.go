// Package geo is places on the globe as members of sorted sets: the score is the place (engine/ds/geohash).
//
// # Terms
//
//   - Place, cell, score: those of package geohash.
//   - Search: an area, its center, and what is wanted of the members in it (order, number, distances).
//   - Point: a member found, with its place and its distance from the center.
//
// A search looks through the at most nine ranges of scores whose cells cover the area, and measures the distance
// of each member in them.
//
// # Invariants
//
//   - I1 A search answers exactly the members of the area; with ANY some of them.
//   - I2 GEOADD is ZADD: its effect is that command.
//
// Who runs it: the loop of the shard that owns the data; the plan's Next runs at the home.
//
// Sources: the commands, numbers and error texts of Redis 7.0.
package geo
