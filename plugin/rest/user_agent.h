#pragma once

#include <string>
#include <string_view>

namespace brickwork {

// "airflow/2.10 brickwork/1.0.0 lang/cpp os/linux auth/pat", in the form that Databricks' own clients use. What a
// header cannot hold is replaced.
std::string user_agent(std::string_view host_scheduler, std::string_view auth_type);

}  // namespace brickwork
