package engine

import (
	"fmt"
	"net/url"
	"os"
	"strings"
)

// checked returns the URL of an endpoint, without a slash at the end, or an error that says what is wrong with it.
func checked(endpoint string) (*url.URL, error) {
	wrong := func(what string) (*url.URL, error) {
		return nil, fmt.Errorf("%s is %q%s: set it to a URL such as http://localhost:8000", Variable, endpoint, what)
	}
	u, err := url.Parse(endpoint)
	switch {
	case err != nil || u.Scheme == "" || u.Host == "":
		return wrong("")
	case u.Scheme != "http" && u.Scheme != "https":
		return wrong(", whose scheme is not http or https")
	case u.Hostname() == "":
		return wrong(", which names no host")
	case u.Path != "" && u.Path != "/", u.RawQuery != "", u.Fragment != "", u.User != nil:
		return wrong(", which has more than a scheme, a host and a port")
	}
	u.Path = ""
	return u, nil
}

// isAWS reports whether a host is one of AWS.
func isAWS(host string) bool {
	for _, domain := range []string{".amazonaws.com", ".amazonaws.com.cn", ".api.aws"} {
		if strings.HasSuffix(host, domain) {
			return true
		}
	}
	return false
}

// account returns nil if the environment has what requests to AWS are signed with.
func account(u *url.URL) error {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"} {
		if os.Getenv(name) == "" {
			return fmt.Errorf("%s is %s, which is AWS, and %s is not set", Variable, u, name)
		}
	}
	if region := os.Getenv("AWS_REGION"); !strings.Contains(u.Hostname(), "."+region+".") {
		return fmt.Errorf("%s is %s, and AWS_REGION is %s: they must be of one region", Variable, u, region)
	}
	return nil
}
