/** What was asked for cannot be; the message is all there is to say. */
export class Refusal extends Error {}
