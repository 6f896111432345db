/** The seats of a performance: an example of a behaviour that a service brings along. */
@NullMarked
package com.example.seats;

import org.jspecify.annotations.NullMarked;
