/* Reading and writing text of peers. */
#ifndef CORNETTA_WORDS_HPP
#define CORNETTA_WORDS_HPP

#include <pj/types.h>

#include <string>
#include <vector>

namespace cornetta
{

typedef std::vector<std::string> Strings;

std::string text(const pj_str_t &from);

/* The words between separators, without empty ones. */
Strings split(const std::string &line, char by);
std::string joined(const Strings &words, const std::string &by);

bool begins(const std::string &line, const std::string &with);
bool isNumber(const std::string &word);
std::string inCapitals(std::string word);

/* The first 24 letters of a peer's text, fit for a message to people: a question mark for all but printable ASCII. */
std::string shown(const std::string &word);

} // namespace cornetta

#endif
