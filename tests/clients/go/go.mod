module loggia/tests/clients/go

// The newest release of quickfixgo that Debian 12's Go 1.19 and Ubuntu 24.04's Go 1.22 build.
go 1.21

require github.com/quickfixgo/quickfix v0.9.6

require (
	github.com/pires/go-proxyproto v0.7.0 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/shopspring/decimal v1.4.0 // indirect
	golang.org/x/net v0.24.0 // indirect
)
