package workflows

// Every GetVersion flag has its name here, with what it changed and since when, and nowhere else.
//
// A change to what a running workflow would do (an activity more or fewer, another order, another timer) needs a flag here, a
// history recorded from the build before it, and the replay suite. A flag can go once every run has continued as new past it.
//
// There is none yet: the first recorded histories are the baseline.
