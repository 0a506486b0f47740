// Package reactor runs the loops of shard on gnet: it listens, accepts, gives every connection to the loop
// with the fewest, carries bytes between sockets and loops, rings doorbells and keeps the clocks.
//
// Terms
//
//	runner   one gnet event loop and the shard.Loop that runs on it
//	session  one connection as gnet and the loop see it; the Wire of its shard.Conn
//	rest     the Wire of a connection whose peer has ended its side while replies were still to come
//	probe    one half of a socket pair that is enrolled only to learn an event loop
//
//	accept goroutine ──Enroll──► event loop ──OnTraffic──► Loop.Receive ──► one Wire.Write a tick
//	other shards, timers, Post ──Bell (Execute)──► Loop.Wake
//	ticker goroutine, hz times a second ──Execute──► Loop.Cron
//
// gnet is run as its client, which has loops but no listener: its own accept ends the engine when
// descriptors run out, and it cannot be told which loop gets a connection.
//
// Invariants
//
//	I1  A shard.Loop is entered only from its own event loop, and never from within itself: what happens
//	    to a connection inside a tick (a failed write) joins that tick.
//	I2  Execute is a doorbell and carries nothing: gnet does not keep its order.
//	I3  gnet's inbound buffer is empty after every callback.
//	I4  No bell is rung on a poller that has been closed: its descriptor may belong to something else.
//	I5  Every accepted socket is counted by Server.Admit until its loop, or the accept code, has done
//	    with it.
//	I6  A failed change of the addresses leaves the server listening where it was.
//
// Who runs it: see each function. Sources: gnet v2.9.7 (what bites in it stands in the design, and where
// it is met here); the order of checks and the texts that a refused client gets are those of Redis 7.0.
package reactor
