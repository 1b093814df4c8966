// Package driver takes the place of the standard library's package in programs
// for browsers, which have no database.
package driver

// A Value is what google/uuid (sql.go, null.go) returns from Value, the method
// by which a database would store an id.
type Value any
