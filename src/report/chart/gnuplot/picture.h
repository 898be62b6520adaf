/* picture.h - what a picture is to be. */
#ifndef GNUPLOT_PICTURE_H
#define GNUPLOT_PICTURE_H

/* The form of the picture. */
struct gnuplot_picture {
    const char *path;
    const char *terminal; /* png, svg or pdf */
    double width, height; /* in inches */
};

#endif
