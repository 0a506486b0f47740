package geohash

import "math"

// Limits of places.
const (
	MaxLongitude = 180.0
	MaxLatitude  = 85.05112878

	// Steps is that of scores.
	Steps = 26
	// EarthRadius in metres.
	EarthRadius = 6372797.560856
	// halfEquator in metres, on the map of web maps.
	halfEquator = 20037726.37
)

// Place is a longitude and a latitude in degrees.
type Place struct{ Lon, Lat float64 }

// Valid reports whether the map has the place.
func (p Place) Valid() bool {
	return p.Lon >= -MaxLongitude && p.Lon <= MaxLongitude && p.Lat >= -MaxLatitude && p.Lat <= MaxLatitude
}

// spread puts the bits of x at the even places.
func spread(x uint32) uint64 {
	v := uint64(x)
	v = (v | v<<16) & 0x0000FFFF0000FFFF
	v = (v | v<<8) & 0x00FF00FF00FF00FF
	v = (v | v<<4) & 0x0F0F0F0F0F0F0F0F
	v = (v | v<<2) & 0x3333333333333333
	return (v | v<<1) & 0x5555555555555555
}

// gather takes the bits at the even places.
func gather(v uint64) uint32 {
	v &= 0x5555555555555555
	v = (v | v>>1) & 0x3333333333333333
	v = (v | v>>2) & 0x0F0F0F0F0F0F0F0F
	v = (v | v>>4) & 0x00FF00FF00FF00FF
	v = (v | v>>8) & 0x0000FFFF0000FFFF
	return uint32(v | v>>16)
}

// cell is a rectangle of the map.
type cell struct {
	column, row uint32
	step        uint
}

func (c cell) bits() uint64 { return spread(c.row) | spread(c.column)<<1 }

// scores are those of the places in the cell: from low up to, but without, high.
func (c cell) scores() (low, high float64) {
	shift := 2 * (Steps - c.step)
	return float64(c.bits() << shift), float64((c.bits() + 1) << shift)
}

// beside is the cell so many columns and rows away; the map's edges meet. A place on the very edge is in a
// column or row behind the last one.
func (c cell) beside(columns, rows int) cell {
	mask := uint32(1)<<c.step - 1
	if columns != 0 {
		c.column = (c.column + uint32(columns)) & mask
	}
	if rows != 0 {
		c.row = (c.row + uint32(rows)) & mask
	}
	return c
}

// edge is the coordinate of the i-th of 2^step lines across a range of degrees that is even around zero.
func edge(i uint32, step uint, most float64) float64 {
	return -most + float64(i)/float64(uint64(1)<<step)*(most-(-most))
}

func (c cell) west() float64  { return edge(c.column, c.step, MaxLongitude) }
func (c cell) east() float64  { return edge(c.column+1, c.step, MaxLongitude) }
func (c cell) south() float64 { return edge(c.row, c.step, MaxLatitude) }
func (c cell) north() float64 { return edge(c.row+1, c.step, MaxLatitude) }

// cellOf is the cell that a place lies in, on a map of latitudes up to maxLat.
func cellOf(p Place, step uint, maxLat float64) cell {
	lines := float64(uint64(1) << step)
	lon := (p.Lon - -MaxLongitude) / (MaxLongitude - -MaxLongitude) * lines
	lat := (p.Lat - -maxLat) / (maxLat - -maxLat) * lines
	return cell{uint32(lon), uint32(lat), step}
}

// Encode is the score of a place, which must be valid.
func Encode(p Place) uint64 { return cellOf(p, Steps, MaxLatitude).bits() }

// Decode is the middle of a score's cell.
func Decode(score float64) Place {
	bits := uint64(int64(score))
	c := cell{gather(bits >> 1), gather(bits), Steps}
	return Place{
		min(max((c.west()+c.east())/2, -MaxLongitude), MaxLongitude),
		min(max((c.south()+c.north())/2, -MaxLatitude), MaxLatitude),
	}
}

const alphabet = "0123456789bcdefghjkmnpqrstuvwxyz"

// AppendText appends the text of geohash.org for a place: ten letters of 5 bits, and an eleventh that is always
// 0, since 52 bits do not reach it.
func AppendText(dst []byte, p Place) []byte {
	bits := cellOf(p, Steps, 90).bits()
	for i := range 10 {
		dst = append(dst, alphabet[bits>>(52-5*(i+1))&31])
	}
	return append(dst, '0')
}

func radians(degrees float64) float64 { return degrees * (math.Pi / 180) }
func degrees(radians float64) float64 { return radians / (math.Pi / 180) }

// Distance is the way between two places in metres, on a sphere.
func Distance(a, b Place) float64 {
	v := math.Sin((radians(b.Lon) - radians(a.Lon)) / 2)
	if v == 0 {
		return LatDistance(a.Lat, b.Lat)
	}
	lat1, lat2 := radians(a.Lat), radians(b.Lat)
	u := math.Sin((lat2 - lat1) / 2)
	return 2 * EarthRadius * math.Asin(math.Sqrt(u*u+math.Cos(lat1)*math.Cos(lat2)*v*v))
}

// LatDistance is the way between two latitudes in metres.
func LatDistance(a, b float64) float64 { return EarthRadius * math.Abs(radians(b)-radians(a)) }
