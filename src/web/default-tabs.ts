/** What a first visit finds in the editor; GraphiQL remembers the visitor's own tabs afterwards. */
export const defaultTabs = [
  {
    query: `# All that GLADOS knows is on this one API.
# Ctrl-Enter, or the pink button, runs this.
#
# It begins with the experiments there are,
# then sends each change as it happens: leave
# it running and submit an experiment.
# The button stops it again.

subscription Experiments {
  experimentsChanged {
    reset
    synced
    cursor
    freshness {
      asOf
      staleSince
    }
    experiments {
      id
      name
      phase
      counts {
        total
        running
        succeeded
        failed
      }
    }
    gone
  }
}
`,
  },
  {
    query: `# The newest experiments, once.
# Ctrl-Space completes. The book on the left
# holds the schema with its explanations.

query NewestExperiments {
  experiments(first: 10) {
    totalCount
    nodes {
      id
      name
      phase
      createdAt
      progress {
        fraction
        estimatedFinishAt
      }
    }
  }
}
`,
  },
];
