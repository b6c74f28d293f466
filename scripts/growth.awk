# Makes a Markdown table of what go test -bench Growth prints: a row for each shape and
# number of services, a column for each stage. Cost grows as the work does where the
# numbers of a shape hardly grow from one row to the next.
BEGIN {
  print "| links | services | load | resolve | swarm | plan | again | replace |"
  print "|---|---|---|---|---|---|---|---|"
}
/^BenchmarkGrowth/ {
  split($1, name, "/")
  row = name[2] " | " name[3]
  if (row != last) {
    printf "%s| %s |", last ? "\n" : "", row
    last = row
  }
  printf " %d |", $(NF - 1)
  fflush()
}
/^(FAIL|---)/ { print }
END { print "" }
