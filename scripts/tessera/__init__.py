"""The tool behind `./tessera`: build, boot, test and maintain the chapters."""
