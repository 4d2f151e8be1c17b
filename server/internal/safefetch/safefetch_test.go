package safefetch

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		address string
		allow   []netip.Prefix
		ok      bool
	}{
		"public":                   {"93.184.216.34:443", nil, true},
		"public, plain":            {"93.184.216.34:80", nil, true},
		"public, IPv6":             {"[2606:2800:220:1::1]:443", nil, true},
		"public, mapped":           {"[::ffff:93.184.216.34]:443", nil, true},
		"another port":             {"93.184.216.34:22", nil, false},
		"loopback":                 {"127.0.0.1:443", nil, false},
		"the rest of loopback":     {"127.9.9.9:443", nil, false},
		"loopback, IPv6":           {"[::1]:443", nil, false},
		"loopback, mapped":         {"[::ffff:127.0.0.1]:443", nil, false},
		"loopback, compatible":     {"[::127.0.0.1]:443", nil, false},
		"loopback by NAT64":        {"[64:ff9b::7f00:1]:443", nil, false},
		"private by 6to4":          {"[2002:a00:1::1]:443", nil, false},
		"Teredo":                   {"[2001:0:a00:1::1]:443", nil, false},
		"nobody":                   {"0.0.0.0:443", nil, false},
		"nobody, IPv6":             {"[::]:443", nil, false},
		"private 10":               {"10.1.2.3:443", nil, false},
		"private 172":              {"172.31.255.255:443", nil, false},
		"private 192":              {"192.168.1.1:443", nil, false},
		"carrier":                  {"100.64.0.1:443", nil, false},
		"metadata":                 {"169.254.169.254:80", nil, false},
		"metadata, mapped":         {"[::ffff:169.254.169.254]:80", nil, false},
		"link":                     {"[fe80::1%eth0]:443", nil, false},
		"site":                     {"[fec0::1]:443", nil, false},
		"unique local":             {"[fd00:ec2::254]:80", nil, false},
		"multicast":                {"224.0.0.1:443", nil, false},
		"broadcast":                {"255.255.255.255:443", nil, false},
		"multicast, IPv6":          {"[ff02::1]:443", nil, false},
		"documentation":            {"203.0.113.7:443", nil, false},
		"a name":                   {"localhost:443", nil, false},
		"no port":                  {"93.184.216.34", nil, false},
		"allowed network":          {"10.1.2.3:8443", []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}, true},
		"allowed network, mapped":  {"[::ffff:10.1.2.3]:8443", []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}, true},
		"beside an allowed one":    {"10.2.2.3:443", []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}, false},
		"allowed and another port": {"93.184.216.34:22", []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}, false},
	} {
		if err := Check(tc.address, tc.allow); (err == nil) != tc.ok || err != nil && !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %s: %v", name, tc.address, err)
		}
	}
}

func TestCheckURL(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"https://x.example/": true, "http://x.example:8080/a?b": true, "ftp://x.example/": false, "file:///etc/passwd": false,
		"gopher://x.example/": false, "https://user@x.example/": false, "https://": false, "//x.example/": false,
		"https://bücher.example/": false, "https://x.example\r\n/": false, "javascript:alert(1)": false,
	} {
		if err := CheckURL(address); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// However an address of this machine is written, nothing is called there; where
// it is allowed, redirects are not followed.
func TestClient(t *testing.T) {
	t.Parallel()
	called := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		called++
		http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
	}))
	defer server.Close()
	at := netip.MustParseAddrPort(server.Listener.Addr().String())
	port := server.URL[len("http://127.0.0.1"):]
	get := func(c *http.Client, address string) (int, error) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
		if err != nil {
			return 0, err
		}
		response, err := c.Do(r)
		if err != nil {
			return 0, err
		}
		defer response.Body.Close()
		return response.StatusCode, nil
	}
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]"} {
		if _, err := get(Client(nil), "http://"+host+port); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v, want a refusal", host, err)
		}
	}
	if called > 0 {
		t.Errorf("the server was called %d times", called)
	}
	status, err := get(Client([]netip.Prefix{netip.PrefixFrom(at.Addr(), 32)}), server.URL)
	if err != nil || status != http.StatusFound || called != 1 {
		t.Errorf("allowed: %d, %v, %d calls", status, err, called)
	}
}
