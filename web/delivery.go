package web

import (
	"parley/scheduling"
	"parley/web/locale"
)

// deliverySentence says that a paper was handed over, by whom to whom and when.
func deliverySentence(p *locale.Printer, d scheduling.Delivery) string {
	key := "delivery.sentence"
	if d.Reference != "" {
		key = "delivery.sentence_reference"
	}
	return p.T(key, "form", p.T("delivery.form."+string(d.Form)), "by", d.By, "to", d.To,
		"date", p.Date(d.Date), "time", p.Time(d.Time), "reference", d.Reference)
}
