package scheduling

import (
	"slices"
	"strings"
	"time"

	"parley/scheduling/civil"
)

// somewhere reads the city after in or at. After at it may be a building, of
// the city before it or of the one that follows.
func (p *wordsParser) somewhere(building bool) error {
	start := p.at
	p.take("the")
	if p.take("city") {
		p.take("of")
	} else {
		p.at = start
	}
	if v, ok := p.city(); ok {
		return p.addCity(v)
	}
	p.take("the")
	if v, ok := p.city(); ok {
		return p.addCity(v)
	}
	first := p.peek(0)
	if _, isMonth := month(first); first.kind != isWord || isMonth || fillers[first.text] {
		return nil // in November, in one of
	}
	name := p.name()
	zone, isZone, err := p.zoneAhead()
	switch {
	case err != nil:
		return err
	case isZone:
		v := Venue{Name: name, Zone: zone, Weekend: []time.Weekday{time.Saturday, time.Sunday}, Day: UsualDay, Sittings: UsualSittings()}
		p.phrases = append(p.phrases, phrase{city: &v})
		return nil
	case building && len(p.phrases) > 0 && p.phrases[len(p.phrases)-1].city != nil:
		p.phrases[len(p.phrases)-1].city.Place = name
		return nil
	case building:
		p.place = name
		return nil
	}
	return unknownCity(name)
}

func unknownCity(name string) error {
	if near := similarCities(name); len(near) > 0 {
		return unclear("city_misspelt", "city", name, "suggestions", strings.Join(near, ", "))
	}
	return unclear("city_unknown", "city", name)
}

// name reads a name of up to six words.
func (p *wordsParser) name() string {
	first, last := p.peek(0), p.peek(0)
	for range 6 {
		t := p.peek(0)
		_, isMonth := month(t)
		_, isDay := weekday(t.text)
		if t.kind != isWord || isMonth || isDay || noPlaceWords[t.text] || breaks[t.text] {
			break
		}
		last = t
		p.at++
		p.take(".")
		p.take("-")
	}
	return p.raw(first, last)
}

// zoneAhead reads a zone in parentheses. Other words there are left.
func (p *wordsParser) zoneAhead() (civil.Zone, bool, error) {
	start := p.at
	inside, ok := p.parenthesis()
	if ok {
		if zone, err := civil.ParseZone(inside); err == nil {
			return zone, true, nil
		}
		if strings.Contains(inside, "/") {
			return "", false, unclear("zone_unknown", "zone", inside)
		}
	}
	p.at = start
	return "", false, nil
}

// addCity adds a known city, with the zone or building in parentheses after it.
func (p *wordsParser) addCity(v Venue) error {
	zone, isZone, err := p.zoneAhead()
	if err != nil {
		return err
	}
	start := p.at
	if isZone {
		v.Zone = zone
	} else if inside, ok := p.parenthesis(); ok {
		if len(scan(inside)) > 0 && scan(inside)[0].kind == isWord && !slices.ContainsFunc(scan(inside), dated) {
			v.Place = inside
		} else {
			p.at = start
		}
	}
	if p.place != "" {
		v.Place, p.place = p.place, ""
	}
	p.phrases = append(p.phrases, phrase{city: &v})
	return nil
}

func dated(t token) bool {
	_, isMonth := month(t)
	return isMonth || t.kind != isWord && t.kind != isMark || preferring[t.text] || breaks[t.text]
}
