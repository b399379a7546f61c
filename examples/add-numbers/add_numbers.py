"""Adds and subtracts two whole numbers and writes both into results.csv."""

import configparser
import csv
import sys

config = configparser.ConfigParser()
config.read(sys.argv[1])
x = config["DEFAULT"].getint("x")
y = config["DEFAULT"].getint("y")

print(f"Adding and subtracting {x} and {y}")

with open("results.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["Addition", "Subtraction"])
    writer.writerow([x + y, x - y])
