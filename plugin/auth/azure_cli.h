#pragma once

#include <array>
#include <functional>

#include "auth/command.h"
#include "auth/login.h"
#include "auth/token_source.h"

namespace brickwork {

// Whoever is logged in with the Azure CLI on this machine: `az` is asked, by its full path and without a shell.
bool fits_azure_cli(const Login& login);
Result<std::shared_ptr<Credential>> make_azure_cli(const Login& login);

inline constexpr LoginKind kAzureCliLogin{.auth_type = "azure-cli", .fits = fits_azure_cli, .make = make_azure_cli};

// Tests bring another way to run a program.
using RunCommand = std::function<Task<Result<CommandResult>>(Context& context, Command command)>;
std::unique_ptr<TokenSource> azure_cli_source(const Login& login, std::string az, RunCommand run);

}  // namespace brickwork
