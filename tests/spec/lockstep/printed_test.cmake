# Makes a test of what PROGRAM prints: TEMPLATE with the text in it, as OUTPUT.
execute_process(COMMAND ${PROGRAM} test OUTPUT_VARIABLE PRINTED COMMAND_ERROR_IS_FATAL ANY)
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
