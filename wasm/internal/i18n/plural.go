package i18n

// Plural returns the plural form a language uses with n: "zero", "one",
// "two", "few", "many" or "other", by the rules of CLDR for whole numbers.
// A language that is not known here is taken to count as English does.
func Plural(tag string, n int) string {
	if n < 0 {
		n = -n
	}
	switch base(tag) {
	case "fr":
		if n <= 1 {
			return "one"
		}
	case "ar":
		switch {
		case n == 0:
			return "zero"
		case n == 1:
			return "one"
		case n == 2:
			return "two"
		case n%100 >= 3 && n%100 <= 10:
			return "few"
		case n%100 >= 11:
			return "many"
		}
	case "ja", "zh", "ko", "vi", "th", "id":
	default:
		if n == 1 {
			return "one"
		}
	}
	return "other"
}

// Forms are the plural forms a catalog of the language has to have.
func Forms(tag string) []string {
	switch base(tag) {
	case "ar":
		return []string{"zero", "one", "two", "few", "many", "other"}
	case "ja", "zh", "ko", "vi", "th", "id":
		return []string{"other"}
	}
	return []string{"one", "other"}
}
