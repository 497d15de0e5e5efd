/** Hours that an override holds at most: whoever needs more has to ask somebody again. */
export const MAXIMUM_OVERRIDE_HOURS = 168;
