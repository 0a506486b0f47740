package hash_test

import (
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/hash"
	"hashlane/engine/str"
)

func one(t testing.TB) *enginetest.Harness {
	return enginetest.New(t, []engine.Type{str.Type{}, hash.Type{}}, str.Commands(), hash.Commands())
}

func fresh(t testing.TB) *enginetest.Harness { return one(t).Multi(2, 5) }

func TestTranscripts(t *testing.T) { enginetest.Transcripts(t, "testdata", fresh) }

func TestTranscriptsRedis(t *testing.T) { enginetest.TranscriptsRedis(t, "testdata") }

// TestTranscriptsOfOneWorld are of commands that keep something in the session, which all worlds of a harness
// share.
func TestTranscriptsOfOneWorld(t *testing.T) { enginetest.Transcripts(t, "testdata/single", one) }
