package calendar

import (
	"fmt"
	"testing"
	"time"
)

func BenchmarkFeed50Events(b *testing.B) {
	var events []Event
	for n := range 50 {
		zone := geneva
		if n%2 == 1 {
			zone = washington
		}
		events = append(events, with(func(e *Event) {
			e.UID = fmt.Sprintf("slot-%d@parley", n)
			e.When = Hours{Date: day(2026, time.November, 1).Add(n), Span: hours("10:00", "18:00"), Zone: zone}
		}))
	}
	f := feed(events...)
	b.ReportAllocs()
	for b.Loop() {
		out, err := f.Encode()
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(out)))
	}
}

func BenchmarkInvitation(b *testing.B) {
	m := mailOf(request(0))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Encode(); err != nil {
			b.Fatal(err)
		}
	}
}
