package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestWhoHoldsAConnectionNoticesThatItBreaksAndMakesNoOther(t *testing.T) {
	asked := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.RemoteAddr
	}))
	defer server.Close()
	ended := make(chan error, 1)
	go func() { ended <- hold(context.Background(), []string{strings.TrimPrefix(server.URL, "http://")}) }()
	if first, second := <-asked, <-asked; first != second {
		t.Errorf("asked over two connections, from %s and %s", first, second)
	}
	server.CloseClientConnections()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "broke") {
		t.Errorf("the connection broke, and hold ends with %v", err)
	}
}
