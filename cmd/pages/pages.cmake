# SPDX-License-Identifier: GPL-2.0-or-later
# The manual pages: those of section 1 are made from the program's own tables of options, fbundle(5) from
# docs/formats/bundle.md by lowdown where that is installed.

# Their date is that of the release, at the top of NEWS.
file(STRINGS NEWS news LIMIT_COUNT 1)
string(REGEX MATCH "[0-9]+-[0-9]+-[0-9]+" iso_date "${news}")
string(REGEX MATCH "\\(([0-9]+)-0?([0-9]+)-0?([0-9]+)\\)" date "${news}")
set(year ${CMAKE_MATCH_1})
set(day ${CMAKE_MATCH_3})
math(EXPR month "${CMAKE_MATCH_2} - 1")
set(months January February March April May June July August September October November December)
list(GET months ${month} month)

file(GLOB texts CONFIGURE_DEPENDS docs/man/fbundle*.mdoc)
set(pages)
foreach(text ${texts})
	get_filename_component(name ${text} NAME_WE)
	list(APPEND pages ${CMAKE_BINARY_DIR}/man/${name}.1)
endforeach()
add_executable(make_pages cmd/pages/make_pages.c cmd/pages/mdoc.c cmd/pages/reference.c)
target_link_libraries(make_pages PRIVATE fb_cmd)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/man)
add_custom_command(OUTPUT ${pages}
	COMMAND make_pages pages ${CMAKE_SOURCE_DIR}/docs/man ${CMAKE_BINARY_DIR}/man "${month} ${day}, ${year}"
	DEPENDS make_pages ${texts})
set(page_files ${pages})

find_program(LOWDOWN lowdown)
if(LOWDOWN)
	set(format_page ${CMAKE_BINARY_DIR}/man/fbundle.5)
	add_custom_command(OUTPUT ${format_page}
		COMMAND ${CMAKE_SOURCE_DIR}/cmd/pages/format_page ${LOWDOWN} ${iso_date}
			${CMAKE_SOURCE_DIR}/docs/formats/bundle.md > ${format_page}
		DEPENDS ${CMAKE_SOURCE_DIR}/docs/formats/bundle.md ${CMAKE_SOURCE_DIR}/cmd/pages/format_page)
	list(APPEND page_files ${format_page})
	install(FILES ${format_page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
else()
	message(STATUS "lowdown is not installed: fbundle(5) is not made")
endif()
install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES docs/man/fbundle-kdump.7 DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)
# Whoever builds the program alone can install it.
add_custom_target(pages ALL DEPENDS ${page_files})
add_dependencies(fbundle pages)
