/** The shipped jar, killed, cut off and starved, and checkers that read what its clients recorded. */
package io.millrace.it;
