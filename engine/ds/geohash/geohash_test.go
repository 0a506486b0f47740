package geohash

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestKnownPlaces(t *testing.T) {
	for _, x := range []struct {
		p     Place
		score uint64
		text  string
	}{
		{Place{13.361389, 38.115556}, 3479099956230698, "sqc8b49rny0"},
		{Place{15.087269, 37.502669}, 3479447370796909, "sqdtr74hyu0"},
	} {
		if got := Encode(x.p); got != x.score {
			t.Errorf("%v is %d, want %d", x.p, got, x.score)
		}
		mid := Decode(float64(x.score))
		if Encode(mid) != x.score {
			t.Errorf("the middle of %d is in %d", x.score, Encode(mid))
		}
		if got := string(AppendText(nil, mid)); got != x.text {
			t.Errorf("%v is %s, want %s", mid, got, x.text)
		}
	}
	if d := Distance(Decode(3479099956230698), Decode(3479447370796909)); math.Abs(d-166274.1516) > 1e-4 {
		t.Errorf("distance %v", d)
	}
}

func TestDecodeIsTheMiddle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 10000 {
		p := Place{(r.Float64()*2 - 1) * MaxLongitude, (r.Float64()*2 - 1) * MaxLatitude}
		score := Encode(p)
		mid := Decode(float64(score))
		if Encode(mid) != score || math.Abs(mid.Lon-p.Lon) > 1e-5 || math.Abs(mid.Lat-p.Lat) > 1e-5 {
			t.Fatalf("%v: score %d, its middle %v", p, score, mid)
		}
	}
}

// TestCoverHoldsTheArea: no place of the area is outside of the ranges, and they do not overlap.
func TestCoverHoldsTheArea(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 400 {
		a := Area{Center: Place{(r.Float64()*2 - 1) * 150, (r.Float64()*2 - 1) * 70}, Box: r.IntN(2) == 0}
		size := math.Pow(10, r.Float64()*5.3)
		a.Radius, a.Width, a.Height = size, 2*size*r.Float64(), 2*size*r.Float64()
		ranges := a.Cover()
		for i := range ranges {
			for j := range ranges[:i] {
				if ranges[i].Low < ranges[j].High && ranges[j].Low < ranges[i].High {
					t.Fatalf("%+v: ranges %v and %v overlap", a, ranges[i], ranges[j])
				}
			}
		}
		b := a.bounds()
		for range 200 {
			p := Place{b.west + r.Float64()*(b.east-b.west), b.south + r.Float64()*(b.north-b.south)}
			if !p.Valid() {
				continue
			}
			if _, in := a.Distance(p); !in {
				continue
			}
			score, found := float64(Encode(p)), false
			for _, x := range ranges {
				found = found || x.Low <= score && score < x.High
			}
			if !found {
				t.Fatalf("%+v holds %v, and no range of %v does", a, p, ranges)
			}
		}
	}
}
