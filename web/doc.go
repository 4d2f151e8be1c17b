// Package web is how people and programs see a negotiation: pages, forms,
// feeds and the words of mails. Every route stands in one table (routes.go),
// every error becomes a response in one place (handle.go), and every word that
// is shown comes from the catalogs in web/locale.
//
// A page is a view struct that embeds Page, a template in templates/pages, a
// line in the table and keys in the catalogs. It works without script; static
// holds the stylesheet and a script that only adds comfort.
package web
