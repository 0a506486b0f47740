package txn

import (
	"os"
	"strconv"
	"testing"
)

// simSeeds is how many schedules the simulator plays: `make test` a few hundred, `make sim` as many as
// SIMSEEDS says.
func simSeeds(t *testing.T) uint64 {
	text := os.Getenv("SIMSEEDS")
	if text == "" && testing.Short() {
		return 60
	}
	if text == "" {
		return 400
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		t.Fatalf("SIMSEEDS: %v", err)
	}
	return n
}

func simulate(seed uint64, weak simWeak, mixes []simMix) string {
	w := newSimWorld(seed, weak, mixes)
	if wrong := w.run(); wrong != "" {
		return wrong
	}
	return w.check()
}

// TestSim plays random schedules of the protocol and checks every history.
func TestSim(t *testing.T) {
	for seed := range simSeeds(t) {
		for name, mixes := range map[string][]simMix{"commands": simMixes, "waiters": waitMixes} {
			if wrong := simulate(seed, simWeak{}, mixes); wrong != "" {
				t.Fatalf("%s, seed %d: %s", name, seed, wrong)
			}
		}
	}
}

// TestSimWeak breaks one rule of the protocol at a time: the checks above must notice each. A variant that
// is not caught means that the simulator has gone blind, or that the rule is not needed.
func TestSimWeak(t *testing.T) {
	if testing.Short() {
		t.Skip("one thread, a few seconds")
	}
	for name, weak := range map[string]simWeak{
		"single_commands_ignore_the_lock_table": {core: weakness{ignoreLocks: true}},
		"writers_release_at_execution":          {core: weakness{noHold: true}},
		"parts_run_before_they_are_armed":       {core: weakness{noArm: true}},
		"no_lock_around_the_lanes":              {noLaneLock: true},
		"lane_drained_before_tails_are_read":    {laneFirst: true},
		"input_read_after_the_lane":             {inputLate: true},
		"pipelining_past_a_transaction":         {noFence: true},
		"messages_leave_before_the_stamp":       {lateStamp: true},
		"asleep_without_asking_runnable":        {noRunnable: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			caught(t, weak, simMixes)
		})
	}
}

// caught plays schedules until one goes wrong.
func caught(t *testing.T, weak simWeak, mixes []simMix) {
	const most = 8000
	for seed := range uint64(most) {
		if wrong := simulate(seed, weak, mixes); wrong != "" {
			t.Logf("caught with seed %d: %s", seed, wrong)
			return
		}
	}
	t.Errorf("not caught in %d schedules", most)
}

// TestSimWeakWaiters is the same for the rules of those that wait.
func TestSimWeakWaiters(t *testing.T) {
	if testing.Short() {
		t.Skip("one thread, a few seconds")
	}
	for name, weak := range map[string]simWeak{
		"waiter_served_without_a_claim":             {noClaim: true},
		"those_behind_a_move_do_not_wait":           {noTurn: true},
		"key_of_a_move_not_held":                    {noWaitHold: true},
		"hold_lets_run_what_waits_already":          {core: weakness{holdLate: true}},
		"line_served_behind_those_that_wait":        {core: weakness{pastLast: true}},
		"queued_command_runs_before_line_is_served": {noServeLocked: true},
		"line_not_looked_at_after_a_move":           {noLook: true},
		"line_served_within_a_transaction":          {wakeInside: true},
		"in_line_after_the_locks_are_back":          {enterLate: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			caught(t, weak, waitMixes)
		})
	}
}
