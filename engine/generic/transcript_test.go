package generic_test

import (
	"testing"

	"hashlane/engine/enginetest"
)

func TestTranscripts(t *testing.T) {
	enginetest.Transcripts(t, "testdata", func(t testing.TB) *enginetest.Harness { return start(t, 2, 5) })
}

func TestTranscriptsRedis(t *testing.T) { enginetest.TranscriptsRedis(t, "testdata") }
