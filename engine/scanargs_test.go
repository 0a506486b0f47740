package engine

import (
	"strconv"
	"testing"
)

func TestParseScanCursor(t *testing.T) {
	for text, want := range map[string]string{
		"": "0", "0": "0", "007": "7", "+5": "5", "-1": "18446744073709551615", "18446744073709551615": "18446744073709551615",
		"18446744073709551616": "bad", " 5": "bad", "5 ": "bad", "0x": "bad", "-": "bad", "+": "bad", "--1": "bad", "1_0": "bad",
	} {
		n, ok := ParseScanCursor([]byte(text))
		got := "bad"
		if ok {
			got = strconv.FormatUint(n, 10)
		}
		if got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}
