"""A video-perception front end for a vision-language model: decode, sample, preprocess, encode."""
