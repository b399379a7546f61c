#!/bin/sh
# Usage: sum.sh --first N --second=N. Settings are in the environment too.
[ "$1" = --first ] || exit 2
first=$2
second=${3#--second=}
[ "$GLADOS_PARAM_X,$GLADOS_PARAM_Y" = "$first,$second" ] || exit 3
printf 'sum\n%d\n' $((first + second)) >sum.csv
