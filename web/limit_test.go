package web

import (
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
)

func TestLimit(t *testing.T) {
	t.Parallel()
	now := noon
	s := &Server{now: func() time.Time { return now }}
	l := s.limit(3, time.Minute)
	ann, bob := network("192.0.2.7"), network("198.51.100.7")
	for i := range 3 {
		if !l.allow(ann) {
			t.Fatalf("attempt %d is refused", i+1)
		}
	}
	if l.allow(ann) {
		t.Error("a fourth attempt within the minute is allowed")
	}
	if !l.allow(bob) {
		t.Error("another client pays for the first")
	}
	now = now.Add(20 * time.Second)
	if !l.allow(ann) || l.allow(ann) {
		t.Error("after a third of the minute, want exactly one more attempt")
	}
	now = now.Add(time.Hour)
	for i := range 3 {
		if !l.allow(ann) {
			t.Fatalf("attempt %d an hour later is refused", i+1)
		}
	}
}

func TestLimitKeepsMemoryBounded(t *testing.T) {
	t.Parallel()
	now := noon
	l := (&Server{now: func() time.Time { return now }}).limit(2, time.Minute)
	for i := range mostClients + 10 {
		l.allow(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32))
	}
	if len(l.paid) > mostClients {
		t.Errorf("%d clients are remembered, want at most %d", len(l.paid), mostClients)
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ address, want string }{
		"v4":        {"192.0.2.7", "192.0.2.0/24"},
		"v6":        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		"v4 in v6":  {"::ffff:192.0.2.7", "192.0.2.0/24"},
		"with zone": {"fe80::1%eth0", "fe80::/64"},
		"nonsense":  {"nobody", "invalid Prefix"},
	} {
		if got := network(tc.address).String(); got != tc.want {
			t.Errorf("%s: network(%q) = %s, want %s", name, tc.address, got, tc.want)
		}
	}
}

// Only a proxy that is trusted may say who the client is.
func TestLimitBehindProxies(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		proxies []string
		want    int
	}{
		"nobody trusted": {nil, 429},
		"proxy trusted":  {[]string{"192.0.2.0/24"}, 200}, // where httptest comes from
	} {
		s, err := newServer(options(nil))
		if err != nil {
			t.Fatal(err)
		}
		once := s.limit(1, time.Minute)
		act := route{"POST", "/act", Public, once.on(func(c *gin.Context) error { c.Status(200); return nil })}
		if err := s.mount(tc.proxies, []route{act}); err != nil {
			t.Fatal(err)
		}
		var status int
		for i := range 2 {
			status = post(t, s.Handler(), "/act", nil, "X-Forwarded-For", "203.0."+strconv.Itoa(i)+".1").Code
		}
		if status != tc.want {
			t.Errorf("%s: the second act gives %d, want %d", name, status, tc.want)
		}
	}
}
