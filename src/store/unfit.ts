/** A database, or a backup, that is not as it has to be; the message is one sentence for whoever runs the program. */
export class UnfitError extends Error {}
