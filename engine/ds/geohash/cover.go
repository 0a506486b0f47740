package geohash

import "math"

// Area is what is searched: a circle, or a box with sides along the lines of the map.
type Area struct {
	Center        Place
	Box           bool
	Radius        float64 // metres
	Width, Height float64 // of a box, metres
}

// Distance is how far a place of the area is from the center, in metres; false: it lies outside.
func (a *Area) Distance(p Place) (float64, bool) {
	if !a.Box {
		d := Distance(a.Center, p)
		return d, d <= a.Radius
	}
	if LatDistance(p.Lat, a.Center.Lat) > a.Height/2 || Distance(p, Place{a.Center.Lon, p.Lat}) > a.Width/2 {
		return 0, false
	}
	return Distance(a.Center, p), true
}

// Range is a range of scores, the upper end not included.
type Range struct{ Low, High float64 }

// bounds are the degrees that the area lies between.
type bounds struct{ west, south, east, north float64 }

func (a *Area) bounds() bounds {
	wide, high := a.Radius, a.Radius
	if a.Box {
		wide, high = a.Width/2, a.Height/2
	}
	lat := degrees(high / EarthRadius)
	// Degrees of longitude are shortest on the side of the pole.
	far := a.Center.Lat + lat
	if a.Center.Lat < 0 {
		far = a.Center.Lat - lat
	}
	lon := degrees(wide / EarthRadius / math.Cos(radians(far)))
	return bounds{a.Center.Lon - lon, a.Center.Lat - lat, a.Center.Lon + lon, a.Center.Lat + lat}
}

// stepFor is the step whose cells are about as large as a circle with this radius, in metres, or larger.
func stepFor(radius, lat float64) uint {
	if radius == 0 {
		return Steps
	}
	step := -1
	for ; radius < halfEquator; radius *= 2 {
		step++
	}
	// Cells get narrow towards the poles.
	if math.Abs(lat) > 66 {
		step--
		if math.Abs(lat) > 80 {
			step--
		}
	}
	return uint(min(max(step, 1), Steps))
}

// Cover answers the ranges of scores that hold all places of the area: at most nine cells, that of the center
// and those around it which the area reaches. The order is that of Redis, so that searches which end early
// find the same.
func (a *Area) Cover() []Range {
	radius := a.Radius
	if a.Box {
		radius = math.Sqrt(a.Width/2*(a.Width/2) + a.Height/2*(a.Height/2))
	}
	b := a.bounds()
	step := stepFor(radius, a.Center.Lat)
	c := cellOf(a.Center, step, MaxLatitude)
	if step > 1 && !c.ringHolds(b) {
		step--
		c = cellOf(a.Center, step, MaxLatitude)
	}
	directions := [...][2]int{{0, 0}, {0, 1}, {0, -1}, {1, 0}, {-1, 0}, {1, 1}, {-1, 1}, {1, -1}, {-1, -1}}
	var ranges []Range
	var last cell
	for i, d := range directions {
		if step >= 2 && c.needless(b, d) {
			continue
		}
		x := c.beside(d[0], d[1])
		if i > 0 && x == last {
			continue
		}
		last = x
		low, high := x.scores()
		ranges = append(ranges, Range{low, high})
	}
	return ranges
}

// ringHolds reports whether the cell and those around it reach as far as the bounds.
func (c cell) ringHolds(b bounds) bool {
	return c.beside(0, 1).north() >= b.north && c.beside(0, -1).south() <= b.south &&
		c.beside(1, 0).east() >= b.east && c.beside(-1, 0).west() <= b.west
}

// needless reports that the bounds end before the neighbour in a direction begins.
func (c cell) needless(b bounds, d [2]int) bool {
	return d[1] < 0 && c.south() < b.south || d[1] > 0 && c.north() > b.north ||
		d[0] < 0 && c.west() < b.west || d[0] > 0 && c.east() > b.east
}
