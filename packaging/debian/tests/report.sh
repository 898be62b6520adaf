# shellcheck shell=bash
# report.sh - sourced by the tests: what zmqreport must make of a file.

# fail WHAT: ends the test.
fail() { echo "FAIL: $1" >&2; exit 1; }

# read_back FILE POINTS: the table, the CSV, a plot and an HTML page of a file of so many points.
read_back() {
    local rows
    zmqreport show "$1" || fail "zmqreport show $1"
    zmqreport csv "$1" --table points >points.csv || fail "zmqreport csv $1"
    rows=$(($(wc -l <points.csv) - 1))
    [ "$rows" = "$2" ] || fail "points.csv has $rows rows, not $2"
    zmqreport plot "$1" -o plot.png || fail "zmqreport plot $1"
    # A PNG file begins with these bytes.
    head -c 4 plot.png | cmp - <(printf '\x89PNG') || fail "plot.png is no picture"
    zmqreport html "$1" -o page.html || fail "zmqreport html $1"
    grep -q '</html>' page.html || fail "page.html is not whole"
}
